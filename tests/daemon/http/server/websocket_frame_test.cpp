#include "house.hpp"
