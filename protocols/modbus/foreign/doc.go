// Package foreign starts Modbus devices that nobody here wrote, as processes of their own, for tests: Debian's pymodbus
// and npm's jsmodbus, by the scripts in test/peers. It is no part of the node.
package foreign
