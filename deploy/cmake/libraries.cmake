# Every third-party library, found once. docs/dependencies.md says what each gives and why it.
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED)
find_package(nlohmann_json 3.11 REQUIRED)
find_package(yaml-cpp 0.7 REQUIRED)
find_package(fmt 9 REQUIRED)
find_package(spdlog 1.10 REQUIRED)
find_package(OpenSSL REQUIRED COMPONENTS Crypto SSL)
find_package(LibArchive 3.6 REQUIRED)
find_package(ICU 72 REQUIRED COMPONENTS uc)
find_package(CLI11 2.1 REQUIRED)
find_package(simdjson 3.0 REQUIRED)
find_package(SQLite3 3.40 REQUIRED)
find_package(PkgConfig REQUIRED)
pkg_check_modules(uchardet REQUIRED IMPORTED_TARGET uchardet)
find_library(CMARK_GFM NAMES cmark-gfm REQUIRED)
find_library(CMARK_GFM_EXTENSIONS NAMES cmark-gfm-extensions REQUIRED)
find_path(FAST_FLOAT_INCLUDE fast_float/fast_float.h REQUIRED)
find_path(XXHASH_INCLUDE xxhash.h REQUIRED)

add_library(chimera_cmark INTERFACE)
target_link_libraries(chimera_cmark INTERFACE ${CMARK_GFM_EXTENSIONS} ${CMARK_GFM})

# Asio is compiled once, in daemon/loop/boost.cpp; every user sees the same switches.
add_library(chimera_asio INTERFACE)
target_compile_definitions(chimera_asio INTERFACE
  BOOST_ASIO_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)
target_link_libraries(chimera_asio INTERFACE Boost::headers Threads::Threads)

# Facts are many short strings, made on several threads: the allocator decides how fast that is.
# The sanitizers bring their own. The library replaces malloc, so it must come first when linking.
add_library(chimera_allocator INTERFACE)
if(NOT CMAKE_CXX_FLAGS MATCHES "-fsanitize=")
  find_package(mimalloc 2.0 REQUIRED)
  target_link_libraries(chimera_allocator INTERFACE "-Wl,--no-as-needed" mimalloc "-Wl,--as-needed")
endif()
