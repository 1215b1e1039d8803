// That the TLS library is the one we mean, and that it loads: OpenSSL has headers and symbols of the same
// names.
#include <openssl/crypto.h>
#include <openssl/ssl.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <memory>

#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: include BoringSSL's, as third_party/FindBoringSsl.cmake does"
#endif

TEST_CASE("BoringSSL is linked, loads and makes TLS connections") {
  CHECK(std::strcmp(OpenSSL_version(OPENSSL_VERSION), "BoringSSL") == 0);
  const std::unique_ptr<SSL_CTX, decltype(&SSL_CTX_free)> context(SSL_CTX_new(TLS_method()), SSL_CTX_free);
  REQUIRE(context != nullptr);
  CHECK(SSL_CTX_set_min_proto_version(context.get(), TLS1_2_VERSION) == 1);
  CHECK(SSL_CTX_set_max_proto_version(context.get(), TLS1_3_VERSION) == 1);
  const std::unique_ptr<SSL, decltype(&SSL_free)> connection(SSL_new(context.get()), SSL_free);
  CHECK(connection != nullptr);
}
