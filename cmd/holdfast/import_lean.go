//go:build lean

package main

// deskCommands are in full builds only.
type deskCommands struct{}
