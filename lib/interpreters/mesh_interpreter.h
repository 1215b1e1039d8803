// Names that namerd interprets: one namespace of a mesh client as an interpreter.
#ifndef HEDDLE_LIB_INTERPRETERS_MESH_INTERPRETER_H_
#define HEDDLE_LIB_INTERPRETERS_MESH_INTERPRETER_H_

#include <functional>
#include <memory>
#include <string>

#include "lib/mesh/client.h"
#include "lib/naming/interpreter.h"

namespace heddle {

class MeshInterpreter : public Interpreter {
 public:
  // `base` comes after the namespace's dtab and before a request's overrides: the router's own dtab, as in
  // Linkerd.
  MeshInterpreter(std::shared_ptr<MeshClient> client, std::string ns, Dtab base)
      : client_(std::move(client)), ns_(std::move(ns)), base_(std::move(base)) {}

  std::shared_ptr<Watch<Activity<Binding>>> Bind(const Dtab& local, const Path& path) override {
    return client_->Bind(ns_, base_.Concat(local), path);
  }
  Subscription Explain(const Dtab& local, const Path& path, ExplainDetail detail,
                       std::function<void(absl::StatusOr<std::string>)> done) override {
    return client_->Explain(ns_, base_.Concat(local), path, detail, std::move(done));
  }

 private:
  const std::shared_ptr<MeshClient> client_;
  const std::string ns_;
  const Dtab base_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_INTERPRETERS_MESH_INTERPRETER_H_
