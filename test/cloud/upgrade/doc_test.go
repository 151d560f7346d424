// Package upgrade tests upgrades through the cloud with real programs: two versions of holdfast, and a variant that does harm or
// writes a newer form of the data, on machines that start what has ended.
package upgrade
