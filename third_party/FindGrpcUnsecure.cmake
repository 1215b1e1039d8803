# gRPC without TLS. Its secure flavour links OpenSSL, whose symbols clash with BoringSSL's, and lib/tls does all TLS;
# so nothing here may link grpc++ itself. Makes the imported target Grpc::unsecure and finds the protoc plugin.
find_path(GrpcUnsecure_INCLUDE_DIR grpcpp/grpcpp.h)
find_library(GrpcUnsecure_CXX_LIBRARY grpc++_unsecure)
find_library(GrpcUnsecure_C_LIBRARY grpc_unsecure)
find_library(GrpcUnsecure_GPR_LIBRARY gpr)
find_program(GrpcUnsecure_PLUGIN grpc_cpp_plugin)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(GrpcUnsecure REQUIRED_VARS GrpcUnsecure_CXX_LIBRARY GrpcUnsecure_C_LIBRARY
  GrpcUnsecure_GPR_LIBRARY GrpcUnsecure_INCLUDE_DIR GrpcUnsecure_PLUGIN
  REASON_FAILURE_MESSAGE "run third_party/install.sh")
if(GrpcUnsecure_FOUND AND NOT TARGET Grpc::unsecure)
  add_library(Grpc::unsecure UNKNOWN IMPORTED)
  set_target_properties(Grpc::unsecure PROPERTIES
    IMPORTED_LOCATION ${GrpcUnsecure_CXX_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${GrpcUnsecure_INCLUDE_DIR}
    INTERFACE_LINK_LIBRARIES "${GrpcUnsecure_C_LIBRARY};${GrpcUnsecure_GPR_LIBRARY};protobuf::libprotobuf")
endif()
mark_as_advanced(GrpcUnsecure_INCLUDE_DIR GrpcUnsecure_CXX_LIBRARY GrpcUnsecure_C_LIBRARY GrpcUnsecure_GPR_LIBRARY
  GrpcUnsecure_PLUGIN)
