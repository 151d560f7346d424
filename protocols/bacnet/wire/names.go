package wire

// Names of the standard by their numbers, from 0 on, as clause 21 lists them; "-" is none.
const (
	objectTypeNames = `analog-input analog-output analog-value binary-input binary-output binary-value calendar command device event-enrollment
file group loop multi-state-input multi-state-output notification-class program schedule averaging multi-state-value
trend-log life-safety-point life-safety-zone accumulator pulse-converter event-log global-group trend-log-multiple
load-control structured-view access-door timer access-credential access-point access-rights access-user access-zone
credential-data-input network-security bitstring-value characterstring-value datepattern-value date-value
datetimepattern-value datetime-value integer-value large-analog-value octetstring-value positive-integer-value
timepattern-value time-value notification-forwarder alert-enrollment channel lighting-output binary-lighting-output
network-port elevator-group escalator lift`

	propertyNames = `acked-transitions ack-required action action-text active-text active-vt-sessions alarm-value alarm-values all
all-writes-successful apdu-segment-timeout apdu-timeout application-software-version archive bias change-of-state-count
change-of-state-time notification-class - controlled-variable-reference controlled-variable-units
controlled-variable-value cov-increment date-list daylight-savings-status deadband derivative-constant
derivative-constant-units description description-of-halt device-address-binding device-type effective-period
elapsed-active-time error-limit event-enable event-state event-type exception-schedule fault-values feedback-value
file-access-method file-size file-type firmware-revision high-limit inactive-text in-process instance-of
integral-constant integral-constant-units - limit-enable list-of-group-members list-of-object-property-references -
local-date local-time location low-limit manipulated-variable-reference maximum-output max-apdu-length-accepted
max-info-frames max-master max-pres-value minimum-off-time minimum-on-time minimum-output min-pres-value model-name
modification-date notify-type number-of-apdu-retries number-of-states object-identifier object-list object-name
object-property-reference object-type optional out-of-service output-units event-parameters polarity present-value
priority priority-array priority-for-writing process-identifier program-change program-location program-state
proportional-constant proportional-constant-units - protocol-object-types-supported protocol-services-supported
protocol-version read-only reason-for-halt - recipient-list reliability relinquish-default required resolution
segmentation-supported setpoint setpoint-reference state-text status-flags system-status time-delay
time-of-active-time-reset time-of-state-count-reset time-synchronization-recipients units update-interval utc-offset
vendor-identifier vendor-name vt-classes-supported weekly-schedule attempted-samples average-value buffer-size
client-cov-increment cov-resubscription-interval - event-time-stamps log-buffer log-device-object-property enable
log-interval maximum-value minimum-value notification-threshold - protocol-revision records-since-notification
record-count start-time stop-time stop-when-full total-record-count valid-samples window-interval window-samples
maximum-value-timestamp minimum-value-timestamp variance-value active-cov-subscriptions backup-failure-timeout
configuration-files database-revision direct-reading last-restore-time maintenance-required member-of mode
operation-expected setting silenced tracking-value zone-members life-safety-alarm-values max-segments-accepted
profile-name auto-slave-discovery manual-slave-address-binding slave-address-binding slave-proxy-enable
last-notify-record schedule-default accepted-modes adjust-value count count-before-change count-change-time cov-period
input-reference limit-monitoring-interval logging-object logging-record prescale pulse-rate scale scale-factor
update-time value-before-change value-set value-change-time align-intervals - interval-offset last-restart-reason
logging-type - - - - restart-notification-recipients time-of-device-restart time-synchronization-interval trigger
utc-time-synchronization-recipients node-subtype node-type structured-object-list subordinate-annotations
subordinate-list actual-shed-level duty-window expected-shed-level full-duty-baseline - - requested-shed-level
shed-duration shed-level-descriptions shed-levels state-description - - - door-alarm-state door-extended-pulse-time
door-members door-open-too-long-time door-pulse-time door-status door-unlock-delay-time lock-status masked-alarm-values
secured-status`

	unitNames = `square-meters square-feet milliamperes amperes ohms volts kilovolts megavolts volt-amperes kilovolt-amperes
megavolt-amperes volt-amperes-reactive kilovolt-amperes-reactive megavolt-amperes-reactive degrees-phase power-factor
joules kilojoules watt-hours kilowatt-hours btus therms ton-hours joules-per-kilogram-dry-air btus-per-pound-dry-air
cycles-per-hour cycles-per-minute hertz grams-of-water-per-kilogram-dry-air percent-relative-humidity millimeters meters
inches feet watts-per-square-foot watts-per-square-meter lumens luxes foot-candles kilograms pounds-mass tons
kilograms-per-second kilograms-per-minute kilograms-per-hour pounds-mass-per-minute pounds-mass-per-hour watts kilowatts
megawatts btus-per-hour horsepower tons-refrigeration pascals kilopascals bars pounds-force-per-square-inch
centimeters-of-water inches-of-water millimeters-of-mercury centimeters-of-mercury inches-of-mercury degrees-celsius
degrees-kelvin degrees-fahrenheit degree-days-celsius degree-days-fahrenheit years months weeks days hours minutes
seconds meters-per-second kilometers-per-hour feet-per-second feet-per-minute miles-per-hour cubic-feet cubic-meters
imperial-gallons liters us-gallons cubic-feet-per-minute cubic-meters-per-second imperial-gallons-per-minute
liters-per-second liters-per-minute us-gallons-per-minute degrees-angular degrees-celsius-per-hour
degrees-celsius-per-minute degrees-fahrenheit-per-hour degrees-fahrenheit-per-minute no-units parts-per-million
parts-per-billion percent percent-per-second per-minute per-second psi-per-degree-fahrenheit radians
revolutions-per-minute currency1 currency2 currency3 currency4 currency5 currency6 currency7 currency8 currency9
currency10 square-inches square-centimeters btus-per-pound centimeters pounds-mass-per-second delta-degrees-fahrenheit
delta-degrees-kelvin kilohms megohms millivolts kilojoules-per-kilogram megajoules joules-per-degree-kelvin
joules-per-kilogram-degree-kelvin kilohertz megahertz per-hour milliwatts hectopascals millibars cubic-meters-per-hour
liters-per-hour kilowatt-hours-per-square-meter kilowatt-hours-per-square-foot megajoules-per-square-meter
megajoules-per-square-foot watts-per-square-meter-degree-kelvin cubic-feet-per-second percent-obscuration-per-foot
percent-obscuration-per-meter milliohms megawatt-hours kilo-btus mega-btus kilojoules-per-kilogram-dry-air
megajoules-per-kilogram-dry-air kilojoules-per-degree-kelvin megajoules-per-degree-kelvin newton grams-per-second
grams-per-minute tons-per-hour kilo-btus-per-hour hundredths-seconds milliseconds newton-meters millimeters-per-second
millimeters-per-minute meters-per-minute meters-per-hour cubic-meters-per-minute meters-per-second-per-second
amperes-per-meter amperes-per-square-meter ampere-square-meters farads henrys ohm-meters siemens siemens-per-meter
teslas volts-per-degree-kelvin volts-per-meter webers candelas candelas-per-square-meter degrees-kelvin-per-hour
degrees-kelvin-per-minute joule-seconds radians-per-second square-meters-per-newton kilograms-per-cubic-meter
newton-seconds newtons-per-meter watts-per-meter-per-degree-kelvin microsiemens cubic-feet-per-hour us-gallons-per-hour
kilometers micrometers grams milligrams milliliters milliliters-per-second decibels decibels-millivolt decibels-volt
millisiemens watt-hours-reactive kilowatt-hours-reactive megawatt-hours-reactive millimeters-of-water per-mille
grams-per-gram kilograms-per-kilogram grams-per-kilogram milligrams-per-gram milligrams-per-kilogram
grams-per-milliliter grams-per-liter milligrams-per-liter micrograms-per-liter grams-per-cubic-meter
milligrams-per-cubic-meter micrograms-per-cubic-meter nanograms-per-cubic-meter grams-per-cubic-centimeter becquerels
kilobecquerels megabecquerels gray milligray microgray sieverts millisieverts microsieverts microsieverts-per-hour
decibels-a nephelometric-turbidity-unit ph grams-per-square-meter minutes-per-degree-kelvin ohm-meter-squared-per-meter
ampere-seconds volt-ampere-hours kilovolt-ampere-hours megavolt-ampere-hours volt-ampere-hours-reactive
kilovolt-ampere-hours-reactive megavolt-ampere-hours-reactive volt-square-hours ampere-square-hours joule-per-hours
cubic-feet-per-day cubic-meters-per-day watt-hours-per-cubic-meter joules-per-cubic-meter mole-percent pascal-seconds
million-standard-cubic-feet-per-minute`

	reliabilityNames = `no-fault-detected no-sensor over-range under-range open-loop shorted-loop no-output unreliable-other process-error
multi-state-fault configuration-error - communication-failure member-fault monitored-object-fault tripped lamp-failure
activation-failure renew-dhcp-failure renew-fd-registration-failure restart-auto-negotiation-failure restart-failure
proprietary-command-failure faults-listed referenced-object-fault`

	errorNames = `other - configuration-in-progress device-busy dynamic-creation-not-supported file-access-denied -
inconsistent-parameters inconsistent-selection-criterion invalid-data-type invalid-file-access-method
invalid-file-start-position - invalid-parameter-data-type invalid-timestamp - missing-required-parameter
no-objects-of-specified-type no-space-for-object no-space-to-add-list-element no-space-to-write-property
no-vt-sessions-available property-is-not-a-list object-deletion-not-permitted object-identifier-already-exists
operational-problem password-failure read-access-denied - service-request-denied timeout unknown-object unknown-property
- unknown-vt-class unknown-vt-session unsupported-object-type value-out-of-range vt-session-already-closed
vt-session-termination-failure write-access-denied character-set-not-supported invalid-array-index
cov-subscription-failed not-cov-property optional-functionality-not-supported invalid-configuration-data
datatype-not-supported duplicate-name duplicate-object-id property-is-not-an-array abort-buffer-overflow
abort-invalid-apdu-in-this-state abort-preempted-by-higher-priority-task abort-segmentation-not-supported
abort-proprietary abort-other invalid-tag network-down reject-buffer-overflow reject-inconsistent-parameters
reject-invalid-parameter-data-type reject-invalid-tag reject-missing-required-parameter reject-parameter-out-of-range
reject-too-many-arguments reject-undefined-enumeration reject-unrecognized-service reject-proprietary reject-other
unknown-device unknown-route value-not-initialized invalid-event-state no-alarm-configured log-buffer-full
logged-value-purged no-property-specified not-configured-for-triggered-logging unknown-subscription
parameter-out-of-range list-element-not-found busy communication-disabled success access-denied bad-destination-address
bad-destination-device-id bad-signature bad-source-address bad-timestamp cannot-use-key cannot-verify-message-id
correct-key-revision destination-device-id-required duplicate-message encryption-not-configured encryption-required
incorrect-key invalid-key-data key-update-in-progress malformed-message not-key-server security-not-configured
source-security-required too-many-keys unknown-authentication-type unknown-key unknown-key-revision
unknown-source-message not-router-to-dnet router-busy unknown-network-message message-too-long security-error
addressing-error write-bdt-failed read-bdt-failed register-foreign-device-failed read-fdt-failed delete-fdt-entry-failed
distribute-broadcast-failed unknown-file-size abort-apdu-too-long abort-application-exceeded-reply-time
abort-out-of-resources abort-tsm-timeout abort-window-size-out-of-range file-full inconsistent-configuration
inconsistent-object-type internal-error not-configured out-of-memory value-too-long abort-insufficient-security
abort-security-error duplicate-entry invalid-value-in-this-state`

	rejectNames = `other buffer-overflow inconsistent-parameters invalid-parameter-data-type invalid-tag missing-required-parameter
parameter-out-of-range too-many-arguments undefined-enumeration unrecognized-service`

	abortNames = `other buffer-overflow invalid-apdu-in-this-state preempted-by-higher-priority-task segmentation-not-supported
security-error insufficient-security window-size-out-of-range application-exceeded-reply-time out-of-resources
tsm-timeout apdu-too-long`
)
