#include "pg/boundary.hpp"

extern "C" {
PG_MODULE_MAGIC;
}
