package server

import (
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/modbus"
)

// Options are the keys of a server of type modbus.
type Options struct {
	Listen     string        `yaml:"listen" required:"true" doc:"Where clients connect: host:port, or with rtu and ascii the path of the serial port." example:"127.0.0.1:1502"`
	Transport  string        `yaml:"transport" default:"tcp" enum:"tcp,tcp+tls,udp,rtu+tcp,ascii+tcp,rtu,ascii" doc:"How clients ask, by the names of Modbus endpoints: tcp for Modbus TCP, tcp+tls for the same over TLS, udp; rtu+tcp and ascii+tcp for the frames of serial lines over TCP; rtu and ascii on a serial line, as one of its units."`
	TLS        *TLSOptions   `yaml:"tls" doc:"The certificates of tcp+tls."`
	Line       LineOptions   `yaml:"line" doc:"How the serial port is set."`
	Allow      []string      `yaml:"allow" single:"true" doc:"The addresses and networks that clients may connect from. Not given, only this machine; with tcp+tls everybody with a certificate." example:"[10.0.0.0/24, 192.0.2.7]"`
	Unit       uint8         `yaml:"unit" default:"1" doc:"The unit that the tags are shown at, where they name none."`
	Base       uint32        `yaml:"base" default:"0" max:"1" doc:"The number of the first register or bit of each table: 0, or 1."`
	Order      modbus.Order  `yaml:"order" default:"ABCD" doc:"The order of the bytes of numbers, as of a Modbus device." example:"CDAB"`
	OnBad      string        `yaml:"on_bad" default:"exception" enum:"exception,substitute" doc:"How a Bad value reads: exception answers the request with exception 4; substitute puts the tag's substitute in its place."`
	WriteWait  time.Duration `yaml:"write_wait" default:"5s" min:"10ms" max:"1m" doc:"How long a client that writes waits for the outcome. After that it gets exception 5, and the write goes on. On a serial line it has to be less than the master waits."`
	MaxClients int           `yaml:"max_clients" default:"32" min:"1" max:"4096" advanced:"true" doc:"How many clients may be connected at a time."`
	Tags       []TagOptions  `yaml:"tags" required:"true" doc:"Which tags stand where."`
}

// TagOptions are the keys of a tag that a server shows.
type TagOptions struct {
	Tag        string         `yaml:"tag" required:"true" doc:"The device and its tag." example:"boiler.temperature"`
	Address    modbus.Address `yaml:"address" required:"true" doc:"Where it stands: holding:N, input:N, coil:N, discrete:N, holding:N.BIT, or as Modicon counts." example:"input:0"`
	Unit       *uint8         `yaml:"unit" doc:"The unit that it is shown at, where that is not the server's."`
	Type       string         `yaml:"type" enum:"bool,int16,uint16,int32,uint32,int64,uint64,float32,float64,bcd16,bcd32,bcd64,string,bytes" doc:"How it stands in registers. Without it, coils, discrete inputs and single bits are bool, registers uint16." example:"float32"`
	Order      modbus.Order   `yaml:"order" doc:"The order of the bytes, where it is not the server's."`
	Length     int            `yaml:"length" min:"1" max:"250" doc:"The bytes of a string or of bytes."`
	Count      int            `yaml:"count" min:"1" max:"123" doc:"How many values an array has."`
	Scale      float64        `yaml:"scale" default:"1" doc:"What a raw number is worth: a value of 21.7 with a scale of 0.1 reads as 217." example:"0.1"`
	Offset     float64        `yaml:"offset" default:"0" doc:"What is added to it."`
	Access     config.Access  `yaml:"access" default:"r" enum:"r,rw" doc:"Whether clients may write it. The tag has to allow that, too, and all its limits hold."`
	OnBad      string         `yaml:"on_bad" enum:"exception,substitute" doc:"How it reads while it is Bad, where that is not as the server says."`
	Substitute float64        `yaml:"substitute" default:"0" doc:"What it reads as while it is Bad, with on_bad: substitute." example:"-999"`
	Good       modbus.Address `yaml:"good" doc:"A discrete input, coil or bit of a register that reads as 1 while the value is Good." example:"discrete:0"`
}

// Check holds the tags against each other, and the address against whom it lets in.
func (o *Options) Check(report config.Report) {
	o.checkTransport(report)
	for i, text := range o.Allow {
		if _, err := prefix(text); err != nil {
			report(fmt.Sprintf("allow[%d]", i), &config.Problem{
				What: fmt.Sprintf("%q is no address and no network", text), Fix: "want 192.0.2.7 or 10.0.0.0/24",
			})
		}
	}
	newImage(o, report)
}

// prefix reads an address or a network.
func prefix(text string) (netip.Prefix, error) {
	if strings.Contains(text, "/") {
		return netip.ParsePrefix(text)
	}
	a, err := netip.ParseAddr(text)
	if err != nil {
		return netip.Prefix{}, err
	}
	return netip.PrefixFrom(a, a.BitLen()), nil
}
