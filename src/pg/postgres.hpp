#pragma once

/// The one door to PostgreSQL's headers. Only src/pg includes it.
///
/// PostgreSQL 15 leaves PGDLLEXPORT empty, while the library hides its symbols; it must be
/// visible before postgres.h is read.
#define PGDLLEXPORT __attribute__((visibility("default")))

extern "C" {
// postgres.h comes before every other header of the server.
#include <postgres.h>
}

extern "C" {
#include <access/htup_details.h>
#include <access/xact.h>
#include <catalog/pg_type_d.h>
#include <commands/trigger.h>
#include <executor/spi.h>
#include <fmgr.h>
#include <funcapi.h>
#include <miscadmin.h>
#include <utils/acl.h>
#include <utils/builtins.h>
#include <utils/jsonb.h>
#include <utils/lsyscache.h>
#include <utils/memutils.h>
#include <utils/numeric.h>
#include <utils/resowner.h>
#include <utils/snapmgr.h>
#include <utils/timestamp.h>
#include <utils/uuid.h>
}
