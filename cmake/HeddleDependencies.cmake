# Third-party packages, all from Debian (third_party/README.md says why each). Their headers are system headers, so
# that our warnings stay ours.
find_package(Threads REQUIRED)
find_package(absl REQUIRED)
find_package(Protobuf REQUIRED)
find_package(yaml-cpp REQUIRED)
find_package(nlohmann_json REQUIRED)
find_package(CLI11 REQUIRED)
find_package(Catch2 2 REQUIRED)
find_package(RocksDBShared REQUIRED)
find_package(GrpcUnsecure REQUIRED)
find_package(LibUv REQUIRED)
find_package(CAres REQUIRED)
find_package(Nghttp2 REQUIRED)
find_package(BoringSsl REQUIRED)

# Debian's Python: its packages (pytest, grpcio) are what the integration tests use.
find_program(HEDDLE_PYTHON python3 PATHS /usr/bin NO_DEFAULT_PATH REQUIRED)
