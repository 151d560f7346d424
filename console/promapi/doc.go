// Package promapi is the part of Prometheus' HTTP API that Grafana's own data
// source for Prometheus, promtool and API clients use, over any Queryable:
//
//	GET, POST  /prometheus/api/v1/query           an instant
//	GET, POST  /prometheus/api/v1/query_range     a stretch of time
//	GET, POST  /prometheus/api/v1/series          what matches
//	GET, POST  /prometheus/api/v1/labels
//	GET        /prometheus/api/v1/label/{name}/values
//	GET        /prometheus/api/v1/metadata        types, help, units
//	GET        /prometheus/api/v1/status/buildinfo
//	GET        /prometheus/api/v1/rules, alerts, query_exemplars: none
//
// The expressions are evaluated by Prometheus' engine. The answers have the form
// of its documentation; how many queries run, samples one holds, and seconds it
// takes are bounded.
package promapi
