//go:build !nextform

package format

// Newest is the highest number that this program reads; it writes it.
const Newest = 1
