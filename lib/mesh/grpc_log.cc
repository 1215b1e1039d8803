#include "lib/mesh/grpc_log.h"

#include <grpc/support/log.h>

#include "lib/base/log.h"

namespace heddle {

void RouteGrpcLog() {
  gpr_set_log_function([](gpr_log_func_args* args) {
    if (args->severity == GPR_LOG_SEVERITY_ERROR) Log(LogLevel::kWarning) << "grpc: " << args->message;
  });
}

}  // namespace heddle
