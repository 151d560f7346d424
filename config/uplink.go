package config

import "time"

// Uplink is what a node that has joined a cloud sends there by itself. Joining is not configured: holdfast edge join does
// it, once.
type Uplink struct {
	Streams       []string      `yaml:"streams" single:"true" doc:"The streams whose records go to the cloud, as names or patterns with * and ?; of device groups, the name is DEVICE.GROUP. They have to be in the log, as device groups are by default. Not given, no telemetry is sent." example:"[\"boiler.*\", alarms]"`
	MaxBacklog    ByteSize      `yaml:"max_backlog" default:"0" advanced:"true" doc:"How much the log keeps for the cloud while it is away; beyond it the oldest is skipped, counted and marked by a gap record. 0 is all that the log holds."`
	MaxBacklogAge time.Duration `yaml:"max_backlog_age" default:"0" advanced:"true" doc:"How long the log keeps records for the cloud; 0 is as long as the log holds them."`
	MaxArtefacts  ByteSize      `yaml:"max_artefacts" default:"256MiB" min:"1MiB" advanced:"true" doc:"How much the node keeps of what the cloud has it fetch by digest: WebAssembly modules and versions of the program. What no configuration needs goes first; what needs more is refused."`
	Tunnels       []Reach       `yaml:"tunnels" single:"true" doc:"Where an engineer may tunnel to through the cloud: HOST:PORT, of which HOST may be a prefix and PORT a *. Not given, nowhere." example:"[\"192.0.2.10:502\", \"192.0.2.0/28:80\"]"`
}
