// Package fleet is the demonstration of the cloud: one member, and three sites with their simulated plants, on this
// machine. Everything that runs is a program as anybody runs it, and everything that is done is a command that is
// shown before it is run, so that a visitor can do the same afterwards.
//
//	plant ──Modbus──▶ holdfast edge ──firewall (an HTTP proxy)──▶ holdfast-cloud serve ──▶ files
//	                                     ▲ fault: nothing gets out
//
// It checks what it tells: a story that comes out otherwise is an error.
package fleet
