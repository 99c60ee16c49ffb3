// Writes the model of the tests to a file.   usage: random_model FILE [CONTEXT]
#include <cstdio>
#include <cstdlib>
#include <exception>

#include "daemon/inference/llama/model/write_model.hpp"

int main(int argc, char** argv) {
  if (argc < 2 || argc > 3) {
    (void)std::fputs("usage: random_model FILE [CONTEXT]\n", stderr);
    return 2;
  }
  try {
    chimera::test::model_shape shape;
    if (argc == 3) shape.context = static_cast<std::uint32_t>(std::strtoul(argv[2], nullptr, 10));
    chimera::test::write_model(argv[1], shape);
  } catch (const std::exception& e) {
    (void)std::fprintf(stderr, "random_model: %s\n", e.what());
    return 1;
  }
  return 0;
}
