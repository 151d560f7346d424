// Package cip is the Common Industrial Protocol as a Logix controller speaks it: requests and replies of services, paths
// to objects and tags, types, statuses in words, and what the objects used tell of themselves. It is pure: octets in,
// structures out. What carries a message is for the packages encap and link.
//
// The clauses cited are those of the CIP Networks Library, Volume 1 (Common Industrial Protocol), and, as LDA, of Rockwell
// Automation's publication 1756-PM020, Logix 5000 Controllers Data Access.
//
//	path     where: a tag by its name, member and element; an object by class and instance; a way through ports
//	message  what: a service of whatever the path leads to, and its reply
//	manager  connections, and requests that are passed on (the Connection Manager object)
//	symbol, template    the controller's tags, and how its structures are laid out
package cip
