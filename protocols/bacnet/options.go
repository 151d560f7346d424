package bacnet

import (
	"encoding/hex"
	"fmt"
	"net"
	"strings"
	"time"

	"github.com/holdfast-edge/holdfast/config"
	"github.com/holdfast-edge/holdfast/protocols/bacnet/wire"
	"github.com/holdfast-edge/holdfast/protocols/scale"
)

// EndpointOptions are the keys in the query of an endpoint.
type EndpointOptions struct {
	Local   string        `yaml:"local" advanced:"true" doc:"This end's HOST:PORT, for firewalls and for devices that answer to port 47808 only; the system's choice where it is not given. Endpoints may share it." example:"192.0.2.5:47808"`
	Foreign time.Duration `yaml:"foreign" default:"0" min:"0s" max:"18h" doc:"The endpoint is a BBMD: register there as a foreign device for so long at a time, and find the devices by their instance. 0: it is a device or a router." example:"5m"`
}

// Check refuses addresses that are none.
func (o *EndpointOptions) Check(report config.Report) {
	if o.Local != "" {
		if _, _, err := net.SplitHostPort(o.Local); err != nil {
			report("local", &config.Problem{What: fmt.Sprintf("%q is no socket", o.Local), Fix: "want HOST:PORT, as 192.0.2.5:47808 or :47808"})
		}
	}
	if o.Foreign > 0 && o.Foreign < 10*time.Second {
		report("foreign", &config.Problem{What: fmt.Sprintf("%v is too short", o.Foreign), Fix: "want 10s or more, as 5m"})
	}
}

// DeviceOptions are the keys of a device.
type DeviceOptions struct {
	Instance int    `yaml:"instance" default:"4194303" min:"0" max:"4194303" doc:"The instance of the device. With it, nothing is read of another device that has got the address; the default stands for whichever is there." example:"1234"`
	Network  int    `yaml:"network" default:"0" min:"0" max:"65534" doc:"The number of the network behind the router that the endpoint is, as of an MS/TP line; 0: the device is the endpoint itself." example:"2001"`
	MAC      string `yaml:"mac" doc:"The device's address on that network: a number for MS/TP, or hexadecimal octets with colons." example:"12"`

	Timeout       time.Duration `yaml:"timeout" default:"3s" min:"10ms" max:"10m" doc:"How long to wait for an answer, each time (the APDU timeout)."`
	Retries       int           `yaml:"retries" default:"1" min:"0" max:"10" doc:"How often a request that was not answered is sent again, with the same invoke id. Writes never are."`
	MaxPerRequest int           `yaml:"max_per_request" default:"0" min:"0" max:"500" advanced:"true" doc:"The most properties in one request; 0: as many as the device's APDU length holds."`

	CovLifetime  time.Duration `yaml:"cov_lifetime" default:"5m" min:"10s" max:"24h" doc:"For how long a subscription is asked for, for tags with cov. It is renewed after half of it."`
	CovConfirmed bool          `yaml:"cov_confirmed" default:"true" doc:"Whether the device has what it tells confirmed, and tells it again where that is lost."`
	CovCheck     time.Duration `yaml:"cov_check" default:"1m" min:"1s" max:"24h" doc:"How often tags with cov are read all the same, so that a change that was told and lost is found."`
}

// TagOptions are the keys of a tag.
type TagOptions struct {
	Address  Address        `yaml:"address" required:"true" doc:"The object, TYPE:INSTANCE; behind it a property, where it is not the present value, and the element of an array." example:"analog-input:3"`
	Type     string         `yaml:"type" enum:"real,double,unsigned,signed,enumerated,boolean,string" doc:"What is written. Known for present values and the usual properties; others need it to be written."`
	Priority int            `yaml:"priority" default:"0" min:"0" max:"16" doc:"The priority of writes to a commandable object, 1 (life safety) to 16. With one, writing null relinquishes it. 0 sends none, which devices take for 16: whatever else commands the object goes before. 8 is the operators'." example:"8"`
	Cov      bool           `yaml:"cov" default:"false" doc:"Whether the device tells changes (SubscribeCOV) instead of being asked at each scan. Where it refuses, it is asked."`
	Status   bool           `yaml:"status" default:"true" doc:"Whether the object's status flags are read with its present value, and decide about the quality."`
	Scaling  *scale.Options `yaml:"scaling" doc:"A curve instead of scale and offset: a range mapped to a range, a square root, or a table."`
}

// address returns where the device is behind a router.
func (o *DeviceOptions) address() (a wire.Address, err error) {
	if o.Network == 0 && o.MAC == "" {
		return a, nil
	}
	if o.Network == 0 || o.MAC == "" {
		return a, &config.Problem{What: "network and mac belong together", Fix: "give both for a device behind a router, or neither"}
	}
	a.Network = uint16(o.Network)
	var number uint8
	if n, err := fmt.Sscanf(o.MAC+" ", "%d ", &number); n == 1 && err == nil && !strings.Contains(o.MAC, ":") {
		a.MAC = string([]byte{number})
		return a, nil
	}
	octets, err := hex.DecodeString(strings.ReplaceAll(o.MAC, ":", ""))
	if err != nil || len(octets) == 0 || len(octets) > 18 || !strings.Contains(o.MAC, ":") {
		return a, &config.Problem{What: fmt.Sprintf("%q is no address on a network", o.MAC), Fix: "want 0 to 255 for MS/TP, or octets as c0:00:02:1e:ba:c0"}
	}
	a.MAC = string(octets)
	return a, nil
}

// Check refuses an address that is none.
func (o *DeviceOptions) Check(report config.Report) {
	if _, err := o.address(); err != nil {
		report("mac", err)
	}
}

// CheckTag refuses, at its key, what cannot be read or written as it is configured.
func (*DeviceOptions) CheckTag(t *config.Tag, report config.Report) {
	if _, flaw := newPoint(t); flaw != nil {
		report(flaw.Key, flaw.Err)
	}
}

var _ config.TagChecker = (*DeviceOptions)(nil)

// Component tells the configuration of the driver.
func Component() config.Driver {
	return config.Driver{
		Name: "bacnet",
		Doc: "Devices that speak BACnet/IP (udp://host:47808): building automation, heating and ventilation, meters; and those on " +
			"other BACnet networks behind a router.",
		Schemes: []string{"udp"}, Endpoint: EndpointOptions{}, Device: DeviceOptions{}, Tag: TagOptions{},
	}
}
