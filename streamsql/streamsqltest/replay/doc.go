// Package replay runs cases that were recorded from another engine through this
// one and compares what comes out. The cases are facts about what the users of
// eKuiper rely on; they are read from a file and are no part of this repository.
//
// A case of a whole rule runs as a rule does, on a virtual clock. A case of a
// single operator is a query in which only that operator is left: its tree is
// cut down to the one clause and runs through the whole engine over inputs that
// end, so that nothing is tested through a side door.
package replay
