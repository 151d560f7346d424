package config

import (
	"slices"

	"github.com/holdfast-edge/holdfast/config/spec"
)

// Site is everything that one node is told to do. It is made by Load or Parse and not changed afterwards: any number
// of goroutines may read it.
type Site struct {
	Name      string     `yaml:"site" required:"true" match:"name" doc:"The name of the plant or gateway; it begins the topics that the node publishes on, and names it in the cloud." example:"plant-7"`
	Broker    Broker     `yaml:"broker" doc:"The MQTT broker inside the node."`
	Console   Console    `yaml:"console" doc:"The web page and REST API of the node."`
	Log       Log        `yaml:"log" doc:"The log on disk that keeps every record until all its durable readers have it."`
	History   History    `yaml:"history" doc:"The time series kept on the node itself."`
	Uplink    Uplink     `yaml:"uplink" doc:"What goes to the cloud by itself, where the node has joined one."`
	Changes   Changes    `yaml:"changes" doc:"When and how another configuration may take the place of this one."`
	Devices   []Device   `yaml:"devices" doc:"What the node polls and writes to."`
	Streams   []Stream   `yaml:"streams" doc:"Messages taken in as rows."`
	Tables    []Table    `yaml:"tables" doc:"Rows that the queries of rules join with: of files, the newest of streams by key, and the last ones of streams."`
	Functions []Function `yaml:"functions" doc:"WebAssembly modules with functions for the queries of rules."`
	Rules     []Rule     `yaml:"rules" doc:"SQL over devices and streams, and where its results go."`
	Templates []Template `yaml:"templates" doc:"Devices written once for many, with parameters."`
	Sinks     []Sink     `yaml:"sinks" doc:"Far ends that results are delivered to."`
	Servers   []Server   `yaml:"servers" doc:"What shows tags of this node to others, who ask for them in a protocol of the plant."`

	unsound bool
}

// Sound tells a Check whether all that has a name was read, and each name has one owner; where not, a reference may be to what was
// not read.
func (s *Site) Sound() bool { return !s.unsound }

// Origin is where a resource was written; its Error places what is found out about the resource after loading.
type Origin = spec.Origin

// Report notes an error at a key of the resource being checked: "address", or a path such as "groups[0].name". The
// error's place is the line and column of that key. A *Problem as error keeps its fix apart.
type Report = spec.Report

// Device finds a device by name; nil where there is none.
func (s *Site) Device(name string) *Device {
	for i := range s.Devices {
		if s.Devices[i].Name == name {
			return &s.Devices[i]
		}
	}
	return nil
}

// Sink finds a sink by name; nil where there is none.
func (s *Site) Sink(name string) *Sink {
	for i := range s.Sinks {
		if s.Sinks[i].Name == name {
			return &s.Sinks[i]
		}
	}
	return nil
}

// LateStreams lists the streams that rules send late rows to, each once.
func (s *Site) LateStreams() (names []string) {
	for i := range s.Rules {
		if name := s.Rules[i].LateTo; name != "" && !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}
