//go:build nextform

package format

// Newest is that of a program after this one, for the tests of upgrades.
const Newest = 2
