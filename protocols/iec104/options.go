package iec104

import (
	"fmt"
	"net"
	"strconv"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols"
	"github.com/holdfast-edge/holdfast/protocols/iec104/link"
	"github.com/holdfast-edge/holdfast/protocols/scale"
)

// EndpointOptions are the keys in the query of an endpoint.
type EndpointOptions struct {
	Also       string `yaml:"also" doc:"Further addresses of the same station, with commas: a redundancy group. One connection is started, the others are kept ready." example:"192.0.2.31:2404,192.0.2.32"`
	Originator int    `yaml:"originator" default:"0" min:"0" max:"255" doc:"The originator address that this node sends; 0 says none."`

	T0 time.Duration `yaml:"t0" default:"30s" min:"10ms" max:"5m" advanced:"true" doc:"How long connecting may take; and after how long an address of a group is tried again."`
	T1 time.Duration `yaml:"t1" default:"15s" min:"10ms" max:"5m" doc:"How long the station may take to acknowledge or to answer a test. After that the connection is made anew."`
	T2 time.Duration `yaml:"t2" default:"10s" min:"1ms" max:"5m" advanced:"true" doc:"After how long what was received is acknowledged; less than t1."`
	T3 time.Duration `yaml:"t3" default:"20s" min:"10ms" max:"48h" advanced:"true" doc:"After how long without a frame the line is tested."`
	K  int           `yaml:"k" default:"12" min:"1" max:"32767" advanced:"true" doc:"The most frames on the way to the station without an acknowledgement."`
	W  int           `yaml:"w" default:"8" min:"1" max:"32767" advanced:"true" doc:"After how many frames received they are acknowledged at the latest; at most two thirds of the station's k."`
}

// Check refuses times that contradict each other, and addresses that are none.
func (o *EndpointOptions) Check(report config.Report) {
	if o.T2 >= o.T1 {
		report("t2", &config.Problem{What: fmt.Sprintf("t2 is %v and t1 %v", o.T2, o.T1), Fix: "let t2 be less than t1: the standard proposes 10s and 15s"})
	}
	for _, address := range o.also() {
		if _, err := withPort(address); err != nil {
			report("also", &config.Problem{What: fmt.Sprintf("%q is no address: %v", address, err), Fix: "want HOST or HOST:PORT, several with commas"})
		}
	}
}

// also returns the further addresses.
func (o *EndpointOptions) also() (list []string) {
	for address := range strings.SplitSeq(o.Also, ",") {
		if address = strings.TrimSpace(address); address != "" {
			list = append(list, address)
		}
	}
	return list
}

// defaultPort is the one that is registered for the protocol (104 §7.1).
const defaultPort = "2404"

// withPort returns host and port of an address, which may lack the port.
func withPort(address string) (string, error) {
	host, port, err := net.SplitHostPort(address)
	if err != nil {
		host, port = strings.Trim(address, "[]"), defaultPort
	}
	if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
		return "", fmt.Errorf("%q is no port", port)
	}
	if host == "" || strings.ContainsAny(host, "/?# ") {
		return "", fmt.Errorf("%q is no host", host)
	}
	return net.JoinHostPort(host, port), nil
}

func (o *EndpointOptions) parameters() link.Parameters {
	return link.Parameters{K: o.K, W: o.W, T1: o.T1, T2: o.T2, T3: o.T3}
}

// DeviceOptions are the keys of a device, which is one common address.
type DeviceOptions struct {
	Station        int           `yaml:"station" required:"true" min:"1" max:"65534" doc:"The common address of the station's ASDUs." example:"1"`
	CommandTimeout time.Duration `yaml:"command_timeout" default:"10s" min:"10ms" max:"10m" doc:"How long to wait for the confirmation of a command, an interrogation or a read. After that a command's outcome is unknown."`
	Terminated     bool          `yaml:"terminated" default:"false" doc:"Whether a command is done when the station says that it has ended (ACTTERM), and not already when it says that it begins (ACTCON). Only for stations that send it."`
	Interrogate    time.Duration `yaml:"interrogate" default:"0" min:"0s" max:"24h" doc:"How often the station is interrogated beside the beginning of each connection and the end of its own restart; 0 never." example:"1h"`
	Counters       time.Duration `yaml:"counters" default:"0" min:"0s" max:"24h" doc:"How often counters are asked for (a general request, without freezing), beside each interrogation; 0 never, also not with one. Only where a tag has the type counter." example:"15m"`
	SetClock       time.Duration `yaml:"set_clock" default:"0" min:"0s" max:"24h" doc:"How often the station's clock is set to the node's, and at the beginning of each connection; 0 never." example:"1h"`
	TimeZone       string        `yaml:"time_zone" default:"UTC" doc:"The zone of the station's clock: UTC, a name of the IANA, or a distance from UTC for clocks without summer time." example:"Europe/Berlin"`
}

// TagOptions are the keys of a tag.
type TagOptions struct {
	Address        Address        `yaml:"address" required:"true" doc:"The address of the information object." example:"4001"`
	Type           string         `yaml:"type" enum:"single,double,step,bits,normalized,scaled,float,counter" doc:"What the object is; as the station sends it where it is not given. A value of another type is Bad. A tag that is written needs it: it decides about the command." example:"float"`
	CommandAddress Address        `yaml:"command_address" doc:"The address of the command, where it is not that of the object." example:"5001"`
	Select         bool           `yaml:"select" default:"false" doc:"Whether a command is selected before it is executed."`
	TimeTag        bool           `yaml:"time_tag" default:"false" doc:"Whether a command carries the time at which it was sent (types 58 to 64)."`
	Qualifier      int            `yaml:"qualifier" default:"0" min:"0" max:"127" advanced:"true" doc:"The qualifier of a command: 1 short pulse, 2 long pulse, 3 persistent for single, double and step, up to 31; QL for set points."`
	Scaling        *scale.Options `yaml:"scaling" doc:"A curve instead of scale and offset: a range mapped to a range, a square root, or a table."`
}

// Check refuses a zone that is not known.
func (o *DeviceOptions) Check(report config.Report) {
	if _, err := protocols.ZoneOf(o.TimeZone); err != nil {
		report("time_zone", &config.Problem{What: fmt.Sprintf("%q is no time zone", o.TimeZone), Fix: "want UTC, a name as Europe/Berlin, or a distance as +01:00"})
	}
}

// CheckTag refuses, at its key, what cannot be read or written as it is configured.
func (*DeviceOptions) CheckTag(t *config.Tag, report config.Report) {
	if _, flaw := newPoint(t); flaw != nil {
		report(flaw.Key, flaw.Err)
	}
}

// SendsChanges says that a station sends what changes, and is silent otherwise.
func (*DeviceOptions) SendsChanges() {}

var (
	_ config.TagChecker = (*DeviceOptions)(nil)
	_ config.Sender     = (*DeviceOptions)(nil)
)

// Component tells the configuration of the driver.
func Component() config.Driver {
	return config.Driver{
		Name: "iec104",
		Doc: "Stations that speak IEC 60870-5-104 (tcp://host:2404): substations, telecontrol, power plants. What changes is sent " +
			"by the station, with its own times and qualities. A device is one common address.",
		Schemes: []string{"tcp"}, Endpoint: EndpointOptions{}, Device: DeviceOptions{}, Tag: TagOptions{},
	}
}
