package config

// Server shows tags of this node to clients of a protocol.
type Server struct {
	Origin Origin
	Name   string `yaml:"name" required:"true" match:"name" doc:"The server's name." example:"scada"`
	Type   string `yaml:"type" required:"true" chooses:"server type" doc:"What it speaks. Its own keys stand beside these." example:"modbus"`

	// Options is a pointer to the struct that the server type declares.
	Options any `options:"server type/options"`
}
