package config

import "time"

// Changes is what a change of the configuration of a running node must wait for, and what it is judged by, unless who
// proposes it says otherwise.
type Changes struct {
	Origin    Origin
	Interlock string        `yaml:"interlock" doc:"An SQL condition over the values of devices as DEVICE.TAG; while it is not true, no change is made. A Bad value is NULL, so that a plant that cannot be seen is not changed." example:"mixer.speed = 0 AND boiler.state IN (0, 4)"`
	Hold      time.Duration `yaml:"hold" default:"8h" min:"0s" doc:"How long the interlock may hold a change before it is withdrawn."`
	Window    time.Duration `yaml:"window" default:"30s" min:"0s" max:"24h" doc:"How long a change is watched before it is confirmed; what ran before runs again where tags turn Bad, rules fail or actors restart meanwhile. Choose it longer than the slowest scan that matters."`
	MinGood   float64       `yaml:"min_good" default:"95" min:"0" max:"100" doc:"The least share of the tags that must be Good at the end of the window, in percent of those that were Good before or are new."`
	MaxFailed float64       `yaml:"max_failed" default:"5" min:"0" max:"100" doc:"The largest share of a rule's rows that may fail in the window, in percent."`
	Restarts  int           `yaml:"restarts" default:"3" min:"0" doc:"How many restarts of actors are borne in the window, but for those of connections."`
}
