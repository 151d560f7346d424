package main

import (
	"github.com/holdfast-edge/holdfast/internal/node"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/bacnet"
	"github.com/holdfast-edge/holdfast/protocols/enip"
	"github.com/holdfast-edge/holdfast/protocols/iec104"
	"github.com/holdfast-edge/holdfast/protocols/iec61850"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
	"github.com/holdfast-edge/holdfast/protocols/modbus/server"
	"github.com/holdfast-edge/holdfast/protocols/opcua"
	"github.com/holdfast-edge/holdfast/protocols/s7"
	"github.com/holdfast-edge/holdfast/sinks"
	"github.com/holdfast-edge/holdfast/sinks/file"
	"github.com/holdfast-edge/holdfast/sinks/http"
	"github.com/holdfast-edge/holdfast/sinks/influx"
	"github.com/holdfast-edge/holdfast/sinks/mqtt"
	"github.com/holdfast-edge/holdfast/sinks/remotewrite"
	"github.com/holdfast-edge/holdfast/sinks/sparkplug"
)

// components is everything that this build speaks.
func components() (*node.Components, error) {
	return node.NewComponents(
		[]protocols.Driver{modbus.Driver{}, opcua.Driver{}, iec104.Driver{}, iec61850.Driver{}, enip.Driver{}, s7.Driver{}, bacnet.Driver{}},
		append([]sinks.Sink{
			mqtt.New(), sparkplug.Sink{}, influx.Sink{}, remotewrite.Sink{}, http.Sink{}, file.Sink{},
		}, furtherSinks()...),
		server.Server{},
	)
}
