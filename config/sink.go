package config

import "time"

// Sink is a far end that records are delivered to, in order and until it acknowledges them.
type Sink struct {
	Origin        Origin
	Name          string        `yaml:"name" required:"true" match:"name" doc:"The sink's name, for the rules' to." example:"line"`
	Type          string        `yaml:"type" required:"true" chooses:"sink type" doc:"What kind of far end it is. Its own keys stand beside these." example:"mqtt"`
	MaxBacklog    ByteSize      `yaml:"max_backlog" default:"0" advanced:"true" doc:"How much the log keeps for this sink while the far end is away; beyond it the oldest is skipped, counted and marked by a gap record. 0 is all that the log holds."`
	MaxBacklogAge time.Duration `yaml:"max_backlog_age" default:"0" advanced:"true" doc:"How long the log keeps records for this sink; 0 is as long as the log holds them."`

	// Options is a pointer to the struct that the sink type declares; nil where it declares none.
	Options any `options:"sink type/options"`
}
