// Package upgrade tests upgrades through the cloud with real programs: variants of holdfast that are good, that crash, hang,
// or run the plant worse, built from the same sources, and a service manager that starts what has ended.
package upgrade
