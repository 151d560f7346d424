// Package bolt opens bbolt files the way the store needs them, and looks them
// over before bbolt does.
//
// bbolt survives a power cut, but it trusts its pages: a flipped bit in one
// that leads to others sends it into memory that is not there, which no program
// survives. Audit follows every page from the root by the file format alone, so
// that a damaged file is put aside and reported instead. What the pages carry
// is not looked at; whoever writes values keeps a checksum over them.
//
// It is not an abstraction over bbolt: the packages beside it use transactions
// and buckets as they are.
package bolt
