// An interpreter whose clients are transformed after it has bound them.
#ifndef HEDDLE_LIB_INTERPRETERS_TRANSFORMED_INTERPRETER_H_
#define HEDDLE_LIB_INTERPRETERS_TRANSFORMED_INTERPRETER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "lib/naming/interpreter.h"
#include "lib/naming/transformer.h"

namespace heddle {

// For what another process binds. A union leaves out the members that the transformers left without endpoints
// as long as another of weight > 0 has some. Alternates are the other process's choice, which knows nothing
// of the transformers: where they are to decide among alternates, they belong to its namers.
class TransformedInterpreter : public Interpreter {
 public:
  TransformedInterpreter(std::shared_ptr<Interpreter> inner, Transformers transformers)
      : inner_(std::move(inner)),
        transformers_(std::make_shared<const Transformers>(std::move(transformers))) {}

  std::shared_ptr<Watch<Activity<Binding>>> Bind(const Dtab& local, const Path& path) override;
  Subscription Explain(const Dtab& local, const Path& path, ExplainDetail detail,
                       std::function<void(absl::StatusOr<std::string>)> done) override;

 private:
  class BoundWatch;
  const std::shared_ptr<Interpreter> inner_;
  const std::shared_ptr<const Transformers> transformers_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_INTERPRETERS_TRANSFORMED_INTERPRETER_H_
