// Package simulator is a plant in a process: units whose values move, behind a real TCP server (package slave) and a
// line whose faults can be switched on (package faultline).
//
// Every unit is a heated vessel:
//
//	holding 0    temperature, 0.1 °C; input 0 the same
//	holding 1    humidity, %
//	holding 2    pressure, mbar
//	holding 3    running hours
//	holding 4    valve position, 0 to 100; what clients write moves the temperature
//	holding 10…  as many waves as asked for, each with a period of its own; input 10… the same
//	coil 0       pump, for clients to switch
//	discrete 0   temperature at 30 °C or above
//
// With the valve shut the temperature rises 0.1 °C a tick, so that it stands at exactly 30.0 °C for one tick. An open
// valve cools by its position; at 22 °C it springs shut, and the story begins again.
package simulator
