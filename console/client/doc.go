// Package client asks a node's REST API: what the command line does, and what
// a program may. It sends no secret over a connection that others can read, and
// its errors name the address and what to do.
//
// It is not a description of the API: paths and bodies are those of package
// console, which its callers name.
package client
