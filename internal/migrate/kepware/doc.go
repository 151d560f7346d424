// Package kepware reads the project of Kepware Server, KEPServerEX or ThingWorx Kepware as JSON: saved as such, or given
// by its configuration API with content=serialize. Channels of the drivers Modbus TCP/IP Ethernet, Modbus RTU Serial and
// Modbus ASCII Serial become devices with groups and tags; everything else is reported. It connects to nothing.
package kepware
