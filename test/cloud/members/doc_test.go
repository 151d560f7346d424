// Package members_test runs a cloud as it is meant to be run: three members of holdfast-cloud and three of Debian's etcd,
// each a process in a network namespace of its own, and thirty sites, and then lets happen to them what happens to
// machines: killed, paused, cut off. It needs root, and etcd-server.
//
//	sites of 4 namespaces ──front── m1 m2 m3 ──back── etcd1 etcd2 etcd3
//	                          └──────── hub ────────────┘    both bridges; the test looks at etcd from here
package members_test
