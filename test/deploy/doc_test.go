// Package deploy tests what is installed: the service's unit, and the Debian package in a root directory of its own.
package deploy
