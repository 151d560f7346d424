// Package acceptance tests the program as a person meets it: the binary, a
// configuration file, real peers that nobody here wrote (Debian's pymodbus and
// mosquitto), and the API. It looks at nothing inside.
package acceptance
