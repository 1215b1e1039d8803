#include "namerd/store/rocksdb_log.h"

#include <rocksdb/env.h>

#include <cstdarg>
#include <cstdio>

#include "absl/strings/ascii.h"
#include "lib/base/log.h"

namespace heddle::namerd {
namespace {

class RocksdbLog : public rocksdb::Logger {
 public:
  RocksdbLog() : Logger(rocksdb::InfoLogLevel::WARN_LEVEL) {}

  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    char text[1024];  // a longer message is cut
    std::vsnprintf(text, sizeof(text), format, arguments);
    Log(LogLevel::kWarning) << "store: " << absl::StripTrailingAsciiWhitespace(text);
  }
  // All options, at each start.
  void LogHeader(const char*, va_list) override {}
};

}  // namespace

std::shared_ptr<rocksdb::Logger> MakeRocksdbLog() { return std::make_shared<RocksdbLog>(); }

}  // namespace heddle::namerd
