package modbus

import (
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/scale"
)

// EndpointOptions are the keys in the query of an endpoint.
type EndpointOptions struct {
	ConnectTimeout time.Duration `yaml:"connect_timeout" default:"5s" min:"10ms" max:"5m" doc:"How long opening the connection may take."`
	LateReply      time.Duration `yaml:"late_reply" default:"1s" min:"0s" max:"1m" advanced:"true" doc:"On RTU and ASCII, how long after a timeout its reply may still come. Until then the unit is asked nothing that the late reply could be taken for an answer to; and as long a newly opened line is only listened to."`

	Baud     int    `yaml:"baud" default:"19200" min:"300" max:"1000000" unit:"bit/s" doc:"The speed of the serial line." example:"9600"`
	DataBits int    `yaml:"data_bits" default:"8" min:"7" max:"8" doc:"The bits of a character; 7 with ASCII only."`
	Parity   string `yaml:"parity" default:"even" enum:"even,odd,none" doc:"The parity bit of a character."`
	StopBits int    `yaml:"stop_bits" default:"1" min:"1" max:"2" doc:"The stop bits of a character. The standard wants 2 where there is no parity."`

	CA         string `yaml:"ca" doc:"With tcp+tls, the file of certificates (PEM) that the device's is checked against; the system's where none is given." example:"/etc/holdfast/plant-ca.pem"`
	Cert       string `yaml:"cert" doc:"With tcp+tls, the file of the certificate (PEM) to present." example:"/etc/holdfast/edge.pem"`
	Key        string `yaml:"key" doc:"With tcp+tls, the file of the certificate's private key (PEM)." example:"/etc/holdfast/edge.key"`
	ServerName string `yaml:"server_name" doc:"With tcp+tls, the name in the device's certificate, where it is not that of the URL." example:"plc-7"`
}

// DeviceOptions are the keys of a device.
type DeviceOptions struct {
	Unit            uint8         `yaml:"unit" default:"1" doc:"The unit (slave) address: 1 to 247 on serial lines; over TCP also 0 or 255 where the device is not behind a gateway." example:"1"`
	Base            uint32        `yaml:"base" default:"0" max:"1" doc:"The number that the device's manual gives to the first of each table: 0, or 1. Addresses as Modicon counts begin at 1 in any case."`
	Order           Order         `yaml:"order" default:"ABCD" doc:"The order of the bytes of numbers, A being the highest: ABCD, CDAB, BADC, DCBA, or eight letters for 64 bit." example:"CDAB"`
	Timeout         time.Duration `yaml:"timeout" default:"1s" min:"1ms" max:"1m" doc:"The longest wait for a reply. Reads wait less once the device's usual time is known; writes always wait this long."`
	ShortestTimeout time.Duration `yaml:"shortest_timeout" default:"200ms" min:"1ms" max:"1m" advanced:"true" doc:"The shortest wait for a reply, however fast the device usually is."`
	InFlight        int           `yaml:"in_flight" default:"1" min:"1" max:"16" doc:"How many reads may be on the way at once, over TCP, TLS and UDP. Many devices allow one."`
	MaxRegisters    int           `yaml:"max_registers" default:"125" min:"1" max:"125" doc:"The most registers that the device gives in one reply." example:"64"`
	MaxBits         int           `yaml:"max_bits" default:"2000" min:"1" max:"2000" advanced:"true" doc:"The most coils or discrete inputs that the device gives in one reply."`
	MaxGap          int           `yaml:"max_gap" default:"125" min:"0" max:"125" advanced:"true" doc:"The most registers that nobody asked for which may be read to save a request; 0 for devices where reading has side effects."`
	WriteMultiple   bool          `yaml:"write_multiple" default:"false" advanced:"true" doc:"Whether single registers and coils are written by the functions for many (15 and 16), for devices that do not have those for one (5 and 6)."`
	BitWrite        string        `yaml:"bit_write" default:"mask" enum:"mask,read_modify_write" advanced:"true" doc:"How a bit of a register is written: mask lets the device do it in one step (function 22); read_modify_write reads the register and writes it back, which undoes what the device changes in between."`
}

// TagOptions are the keys of a tag.
type TagOptions struct {
	Address Address        `yaml:"address" required:"true" doc:"The table and the number in it: holding:N, input:N, coil:N or discrete:N; holding:N.BIT for a bit of a register; 40001 and 400001 as Modicon counts." example:"holding:0"`
	Type    string         `yaml:"type" enum:"bool,int16,uint16,int32,uint32,int64,uint64,float32,float64,bcd16,bcd32,bcd64,string,bytes" doc:"How the registers are read. Without it, coils, discrete inputs and single bits are bool, registers uint16." example:"float32"`
	Order   Order          `yaml:"order" doc:"The order of the bytes, where it is not the device's." example:"CDAB"`
	Length  int            `yaml:"length" min:"1" max:"250" doc:"The bytes of a string or of bytes." example:"16"`
	Count   int            `yaml:"count" min:"1" max:"2000" doc:"How many values, one after the other, make an array." example:"10"`
	Scaling *scale.Options `yaml:"scaling" doc:"A curve instead of scale and offset: a range mapped to a range, a square root, or a table."`

	compiled *point // by CheckTag
}

// CheckTag refuses, at its key, what cannot be read or written as it is configured, and keeps what it has made of the
// rest.
func (d *DeviceOptions) CheckTag(t *config.Tag, report config.Report) {
	p, flaw := newPoint(t, d)
	if flaw != nil {
		report(flaw.Key, flaw.Err)
		return
	}
	t.Options.(*TagOptions).compiled = p
}

var _ config.TagChecker = (*DeviceOptions)(nil)

// schemes are the endpoints that the driver takes.
func schemes() []string {
	return []string{"tcp", "tcp+tls", "udp", "rtu", "rtu+tcp", "ascii", "ascii+tcp"}
}

// Component tells the configuration of the driver.
func Component() config.Driver {
	return config.Driver{
		Name: "modbus",
		Doc: "Devices that speak Modbus: over TCP (tcp://host:502), TLS (tcp+tls://host:802) or UDP (udp://host:502), " +
			"on a serial line in RTU or ASCII frames (rtu:///dev/ttyUSB0, ascii:///dev/ttyUSB0), or through a gateway " +
			"that passes such frames on (rtu+tcp://host:port, ascii+tcp://host:port).",
		Schemes: schemes(), Endpoint: EndpointOptions{}, Device: DeviceOptions{}, Tag: TagOptions{},
	}
}
