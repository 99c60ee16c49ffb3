#include "daemon/inference/backend.hpp"

namespace chimera::inference {

task<proto::result<backend_view>> backend::look() {
  backend_view view;
  view.server = describe();
  co_return view;
}

}  // namespace chimera::inference
