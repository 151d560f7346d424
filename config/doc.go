// Package config is the resources of a site: what a person writes in YAML or JSON, decoded strictly into Go structs,
// with every error at its file, line and column and with its fix.
//
// The struct tags of a resource are its only description: decoding, defaults, checks, the reference pages, the JSON
// Schema and the console's forms are all made from them by package spec; package document below it reads the text.
// This package starts nothing and knows no protocol. What drivers and sinks add of their own is told to it by the
// composition root in a Catalog.
//
//	text ──document──▶ tree with places ──spec──▶ Site ──checks──▶ *Site or Errors
//	                                       ▲
//	                         Catalog: drivers' and sinks' structs
//
// # How a driver declares its keys
//
// A driver's keys stand beside the common ones, in the same mapping. It declares a struct for the query of its
// endpoints, one for devices and one for tags:
//
//	// DeviceOptions are the keys of a device that speaks Modbus.
//	type DeviceOptions struct {
//		Unit    uint8         `yaml:"unit" default:"1" max:"247" doc:"The unit (slave) address." example:"1"`
//		Timeout time.Duration `yaml:"timeout" default:"1s" min:"1ms" doc:"How long to wait for a reply."`
//	}
//
//	// TagOptions are the keys of a tag. It declares address again, more narrowly than the common text: what is read
//	// is checked and documented as declared here, and config.Tag.Address holds it as written, too.
//	type TagOptions struct {
//		Address Address `yaml:"address" required:"true" doc:"Table and number of the register." example:"holding:0"`
//		Type    string  `yaml:"type" default:"uint16" enum:"bool,int16,uint16,float32" doc:"How the registers are read."`
//	}
//
//	// UnmarshalText reads holding:N and the like; MarshalText writes it. The error is placed at the key.
//	func (a *Address) UnmarshalText(text []byte) error {
//		…
//		return &config.Problem{What: `"holdng:1" is not an address`, Fix: "want holding:N, input:N, coil:N or discrete:N"}
//	}
//
//	// Check is called when every key of the tag is right by itself.
//	func (o *TagOptions) Check(report config.Report) {
//		if o.Address.Table == Coil && o.Type != "bool" {
//			report("type", &config.Problem{What: "a coil is a bool", Fix: "remove type, or write bool"})
//		}
//	}
//
//	var Component = config.Driver{
//		Name: "modbus", Doc: "…", Schemes: []string{"tcp", "rtu"}, Device: DeviceOptions{}, Tag: TagOptions{},
//	}
//
// After loading, device.Options is a *DeviceOptions and tag.Options a *TagOptions, with defaults. A device's options
// may also implement TagChecker, to see a tag together with its device and its common keys.
//
// # Names
//
// A name is a letter, then letters, digits, _ and -, at most 64. Devices, streams and rules share one space of names,
// since SQL reads them all with FROM; sinks, and the groups and the tags of one device, have their own.
//
// # Secrets
//
// A configuration holds no secret, only references (Secret), so that it can be printed, stored, diffed and sent.
package config
