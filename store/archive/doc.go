// Package archive is the file that a node's state travels in to another box: a
// tar of files, compressed with zstd, that ends with a manifest of their
// checksums.
//
//	state/state.db  console/password  history/…  …  manifest.json
//
// It is whole or it is refused: Extract puts nothing in place before it has read
// the manifest and found every file as the manifest says.
//
// The package knows files, not what is in them. An archive holds what the node
// keeps secret; whoever stores it keeps it like a key.
package archive
