// Package taosd is a TDengine for tests, where a real one cannot be had: what
// taosAdapter says on its wire, over rows in memory. It speaks REST, and on the
// WebSocket queries, stmt2 and schemaless lines; it makes and alters databases
// and super-tables, upserts rows under their key, and answers the SELECTs of
// dashboards: filters, windows, partitions, aggregates.
//
// It is a contract, not a database: what it does not know it refuses with
// TDengine's code for a syntax error, so that a test which passes here asks for
// nothing that TDengine does not have. The wire was checked against the source
// of taosAdapter; a test with HOLDFAST_TDENGINE_DSN set runs the same against a
// real server.
package taosd
