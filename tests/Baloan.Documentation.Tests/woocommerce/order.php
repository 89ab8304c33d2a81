<?php
// Loads the plugin with WordPress's functions stubbed, of which the HTTP ones call the sandbox, and pays orders with it.
// Run: php order.php API INVOICE; it ends with 0 and "ok", or says what went wrong.
declare(strict_types=1);

[, $api, $invoice] = $argv;
$secret = 'whsec_' . base64_encode(str_repeat('k', 32));
const ABSPATH = '/';
$hooks = [];
$notices = [];
$orders = [];
$sent = [];

function add_filter($name, $work) { $GLOBALS['hooks'][$name][] = $work; }
function add_action($name, $work) { add_filter($name, $work); }
function apply_filters($name, $value) { return $name === 'baloan_invoice_pdf' ? $GLOBALS['invoice'] : $value; }
function register_rest_route($space, $route, $options) { $GLOBALS['route'] = [$space . $route, $options]; }
function get_option($name, $default = []) { return $name === 'woocommerce_baloan_settings' ? $GLOBALS['settings'] : $default; }
function wp_json_encode($value) { return json_encode($value); }
function wp_unslash($value) { return $value; }
function sanitize_text_field($value) { return trim($value); }
function wp_generate_password($length) { return bin2hex(random_bytes(intdiv($length, 2))); }
function wc_add_notice($text, $type) { $GLOBALS['notices'][] = $text; }
function wc_get_order($id) { return $GLOBALS['orders'][$id] ?? false; }
function check_ajax_referer($action) { expect($action, 'baloan_otp', 'the nonce that is checked'); }
function wp_send_json_success() { $GLOBALS['sent'][] = true; }
function wp_send_json_error($data) { $GLOBALS['sent'][] = $data['message']; }
function is_wp_error($value) { return $value === null; }
function wp_remote_retrieve_response_code($response) { return $response[0]; }
function wp_remote_retrieve_body($response) { return $response[1]; }
function wp_remote_request($url, $options)
{
    $curl = curl_init($url);
    curl_setopt_array($curl, [
        CURLOPT_CUSTOMREQUEST => $options['method'], CURLOPT_RETURNTRANSFER => true, CURLOPT_TIMEOUT => $options['timeout'],
        CURLOPT_HTTPHEADER => array_map(fn ($name, $value) => "$name: $value", array_keys($options['headers']), $options['headers']),
    ]);
    if ($options['body'] !== null) {
        curl_setopt($curl, CURLOPT_POSTFIELDS, $options['body']);
    }
    $text = curl_exec($curl);
    return $text === false ? null : [curl_getinfo($curl, CURLINFO_RESPONSE_CODE), $text];
}

class WC_Payment_Gateway
{
    public $id, $title, $method_title, $method_description, $has_fields, $form_fields;
    public function init_settings() {}
    public function get_option($name) { return $GLOBALS['settings'][$name] ?? ''; }
    public function get_return_url($order) { return 'https://shop.example/thanks'; }
}

class WC_Order
{
    public string $status = 'pending';
    public int $completions = 0;
    public function __construct(private int $id, private string $total, private string $currency = 'IRT') {}
    public function get_id() { return $this->id; }
    public function get_total() { return $this->total; }
    public function get_currency() { return $this->currency; }
    public function is_paid() { return in_array($this->status, ['processing', 'completed'], true); }
    public function payment_complete($transaction) { $this->status = 'processing'; $this->completions++; }
    public function update_status($status, $note = '') { $this->status = $status; }
}

class WP_REST_Request
{
    public function __construct(private array $headers, private string $body) {}
    public function get_header($name) { return $this->headers[$name] ?? null; }
    public function get_body() { return $this->body; }
}

class WP_REST_Response
{
    public function __construct(public $data, public int $status) {}
}

function expect($found, $wanted, string $what): void
{
    if ($found !== $wanted) {
        fwrite(STDERR, "$what: " . json_encode($found) . ' and not ' . json_encode($wanted) . ' ' . json_encode($GLOBALS['notices'], JSON_UNESCAPED_UNICODE) . "\n");
        exit(1);
    }
}

function event(array $data, string $secret): WP_REST_Request
{
    $body = json_encode(['id' => 'e1', 'type' => 'settlement', 'occurred_at' => gmdate('c'), 'data' => $data]);
    $time = (string) time();
    $signature = 'v1,' . base64_encode(hash_hmac('sha256', "e1.$time.$body", base64_decode(substr($secret, 6)), true));
    return new WP_REST_Request(['webhook_id' => 'e1', 'webhook_timestamp' => $time, 'webhook_signature' => "v1,other $signature"], $body);
}

$settings = ['api' => $api, 'key' => '', 'secret' => $secret, 'title' => 'Baloan'];
require __DIR__ . '/../../../samples/woocommerce/baloan-gateway.php';
foreach ([...$hooks['plugins_loaded'], ...$hooks['rest_api_init']] as $work) {
    $work();
}
expect($route[0], 'baloan/v1/events', 'the route of the webhook');
expect($hooks['woocommerce_payment_gateways'][0]([]), ['Baloan_Gateway'], 'the gateways');
$gateway = new Baloan_Gateway();

// An order in Rial is settled in Toman, and paid once.
$first = random_int(100_000, 900_000) * 10;
$orders[$first] = new WC_Order($first, '5000000', 'IRR');
$_POST = ['national_identifier' => '0067891234'];
$gateway->send_otp();
expect($sent, [true], 'the OTP');
$_POST = ['baloan_national_identifier' => '0067891234', 'baloan_otp' => '11111'];
expect($gateway->process_payment($first), ['result' => 'success', 'redirect' => 'https://shop.example/thanks'], 'the payment');
expect($orders[$first]->status, 'processing', 'the order');
$settlement = json_decode(wp_remote_request("$api/merchant/settlements/WC-$first", ['method' => 'GET', 'timeout' => 30, 'headers' => [], 'body' => null])[1], true);
expect($settlement['total'], 500000, 'the total in Toman');
expect(baloan_take_event(event($settlement, $secret))->status, 204, 'the event');
expect($orders[$first]->completions, 1, 'how often it was paid');

// A wrong OTP is a refusal that the customer reads, and the same order may be tried again.
$second = $first + 1;
$orders[$second] = new WC_Order($second, '300000');
$_POST = ['national_identifier' => '0067891234'];
$gateway->send_otp();
$_POST = ['baloan_national_identifier' => '0067891234', 'baloan_otp' => '99999'];
expect($gateway->process_payment($second), ['result' => 'failure'], 'a wrong OTP');
expect($orders[$second]->status, 'failed', 'an order with a wrong OTP');
expect(count($notices), 1, 'what the customer is told');

// Webhooks: a wrong secret is refused; an event of another total is not this order's; a settled one pays it.
$data = ['code' => "WC-$second", 'status' => 'settled', 'total' => 300000];
expect(baloan_take_event(event($data, 'whsec_' . base64_encode(str_repeat('x', 32))))->status, 401, 'an event with another secret');
expect(baloan_take_event(event(['total' => 1] + $data, $secret))->status, 204, 'an event with another total');
expect($orders[$second]->status, 'failed', 'an order after an event with another total');
expect(baloan_take_event(event($data, $secret))->status, 204, 'an event');
expect($orders[$second]->status, 'processing', 'an order after its event');
$settings['secret'] = '';
expect(baloan_take_event(event($data, 'whsec_'))->status, 401, 'an event where no secret is set');

echo "ok\n";
