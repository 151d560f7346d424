// Package storetest makes schemas, batches and values for the tests of the
// store: small fixed ones to read, and random ones of every kind for
// properties. It is for tests only.
package storetest
