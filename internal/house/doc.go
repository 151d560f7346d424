// Package house checks this repository against its own rules, as tests that run with all others.
//
// It holds what a linter cannot know: the tables of layers and libraries in ARCHITECTURE.md, the size of files and
// functions, state kept in package variables, the few calls that only one package may make, documents whose links lead
// nowhere or that name tests which are not there, and dependencies whose licence would bind the program. What golangci-lint checks is in .golangci.yml and is
// not repeated here.
//
// Each check is a function from parsed source to findings, so that a test can show that it is able to fail; the tests
// named TestRepository… run the checks over the real tree. Nothing imports this package.
package house
