// Package document reads YAML and JSON into one tree whose every node knows the line and column it was written at.
//
// It is for configuration that people write: both formats give the same tree, duplicate keys and unknown anchors
// are errors with a place and a fix, and everything wrong in a file is reported, not only the first thing. Size,
// depth and the weight of a document after its aliases are expanded are bounded, so that no input, however
// malicious, costs more than its limits.
//
// It knows nothing of what the keys mean (package spec does), and it is not a general YAML library: one document a
// file, plain scalar keys, no tags.
package document
