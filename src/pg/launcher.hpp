#pragma once

/// The standing worker: one process, the launcher, that is connected to no database, and short
/// visits of each database that has lad_ext.
///
/// A visit is a process of its own, which enters the database, calls lad.run_maintenance(), asks
/// when the next job is due and leaves: DROP DATABASE and CREATE DATABASE … TEMPLATE wait at most
/// for one job. Nothing runs on a standby before it is promoted, nor under pg_upgrade. Databases
/// that take no connections and templates are left alone.
namespace lad::pg {

/// Defines lad.worker and lad.maintenance_naptime, and registers the launcher; only while
/// preloading, before the prefix of the settings is reserved.
void define_launcher();

}  // namespace lad::pg
