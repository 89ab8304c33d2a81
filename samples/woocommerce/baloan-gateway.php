<?php
/**
 * Plugin Name: Baloan for WooCommerce (example)
 * Description: Pays an order with the customer's Baloan credit: an OTP at the counter, and the order's state by webhook.
 * Requires Plugins: woocommerce
 * License: MIT
 */
declare(strict_types=1);

if (!defined('ABSPATH')) {
    exit;
}

/** The app's answer to a call that it refused; its message is for people. */
final class Baloan_Refusal extends RuntimeException
{
}

add_filter('woocommerce_payment_gateways', fn (array $gateways): array => [...$gateways, 'Baloan_Gateway']);
add_action('plugins_loaded', 'baloan_define_gateway');
add_action('rest_api_init', fn () => register_rest_route('baloan/v1', '/events', [
    'methods' => 'POST', 'callback' => 'baloan_take_event', 'permission_callback' => '__return_true', // the signature is the permission
]));

function baloan_define_gateway(): void
{
    final class Baloan_Gateway extends WC_Payment_Gateway
    {
        private const PATIENCE = 20; // seconds in which the customer waits for the outcome; after that the webhook tells it

        public function __construct()
        {
            $this->id = 'baloan';
            $this->method_title = 'Baloan';
            $this->method_description = 'پرداخت با اعتبار بالون';
            $this->has_fields = true;
            $this->form_fields = [
                'enabled' => ['title' => 'فعال', 'type' => 'checkbox', 'default' => 'no'],
                'title' => ['title' => 'عنوان', 'type' => 'text', 'default' => 'اعتبار بالون'],
                'api' => ['title' => 'نشانی برنامه', 'type' => 'text', 'default' => 'https://YOUR-APP.azurewebsites.net/api'],
                'key' => ['title' => 'کلید', 'type' => 'password', 'default' => ''],
                'secret' => ['title' => 'کلید امضای وب‌هوک (whsec_…)', 'type' => 'password', 'default' => ''],
            ];
            $this->init_settings();
            $this->title = $this->get_option('title');
            add_action('woocommerce_update_options_payment_gateways_' . $this->id, [$this, 'process_admin_options']);
            add_action('wc_ajax_baloan_send_otp', [$this, 'send_otp']);
        }

        public function payment_fields(): void
        {
            woocommerce_form_field('baloan_national_identifier', ['label' => 'کد ملی', 'required' => true, 'custom_attributes' => ['inputmode' => 'numeric']]);
            woocommerce_form_field('baloan_otp', ['label' => 'کد یک‌بارمصرف', 'required' => true, 'custom_attributes' => ['inputmode' => 'numeric', 'autocomplete' => 'one-time-code']]);
            $address = esc_url(add_query_arg('_wpnonce', wp_create_nonce('baloan_otp'), WC_AJAX::get_endpoint('baloan_send_otp')));
            echo '<button type="button" class="button" data-baloan-otp="' . $address . '">ارسال کد یک‌بارمصرف</button>';
        }

        /** The button at the counter: POST with national_identifier. */
        public function send_otp(): void
        {
            check_ajax_referer('baloan_otp');
            try {
                $this->call('POST', '/merchant/otp', ['national_identifier' => $this->posted('national_identifier')]);
                wp_send_json_success();
            } catch (RuntimeException $failure) {
                wp_send_json_error(['message' => $failure->getMessage()]);
            }
        }

        public function process_payment($order_id): array
        {
            $order = wc_get_order($order_id);
            try {
                [$status, $settlement] = $this->settle($order);
                for ($waited = 0; $status === 202 && $waited < self::PATIENCE; $waited += 2) {
                    sleep(2);
                    [$status, $settlement] = $this->call('GET', '/merchant/settlements/' . rawurlencode(self::code($order)));
                }
            } catch (RuntimeException $failure) {
                wc_add_notice($failure->getMessage(), 'error');
                return ['result' => 'failure'];
            }

            self::apply($order, $settlement);
            if (in_array($settlement['status'], ['rejected', 'failed'], true)) {
                wc_add_notice($settlement['error']['message'] ?? 'مبلغی تسویه نشد.', 'error');
                return ['result' => 'failure'];
            }
            return ['result' => 'success', 'redirect' => $this->get_return_url($order)];
        }

        /** Writes down what a settlement says. The same again changes nothing. */
        public static function apply(WC_Order $order, array $settlement): void
        {
            if ($order->is_paid()) {
                return;
            }
            switch ($settlement['status']) {
                case 'settled':
                    $order->payment_complete($settlement['code']);
                    break;
                case 'rejected':
                case 'failed':
                    $order->update_status('failed', $settlement['error']['message'] ?? '');
                    break;
                case 'needs_review':
                    $order->update_status('on-hold', 'مشخص نشد؛ باید از بالون استعلام شود. کالا تحویل داده نشود.');
                    break;
                default:
                    $order->update_status('on-hold', 'تسویه در جریان است.');
            }
        }

        /** One order is one settlement, however often it is sent: under one code money is moved once at the most. */
        public static function code(WC_Order $order): string
        {
            return 'WC-' . $order->get_id();
        }

        /** Whole Toman, whatever currency the shop counts in. */
        public static function toman(WC_Order $order): int
        {
            $per_toman = ['IRT' => 1, 'IRR' => 10][$order->get_currency()] ?? null;
            $total = (float) $order->get_total();
            if ($per_toman === null || fmod($total, $per_toman) !== 0.0) {
                throw new Baloan_Refusal('مبلغ سفارش باید عددی صحیح به تومان (IRT) یا ریال (IRR) باشد.');
            }
            return (int) ($total / $per_toman);
        }

        private function settle(WC_Order $order): array
        {
            // WooCommerce makes no invoices itself: a plugin that does answers this filter with the path of the PDF.
            $invoice = apply_filters('baloan_invoice_pdf', '', $order);
            if (!is_string($invoice) || !is_file($invoice)) {
                throw new Baloan_Refusal('فاکتور PDF این سفارش پیدا نشد.');
            }
            $boundary = wp_generate_password(24, false);
            $body = '';
            foreach ([
                'national_identifier' => $this->posted('national_identifier'),
                'otp' => $this->posted('otp'),
                'data' => wp_json_encode(['code' => self::code($order), 'bill' => ['total' => self::toman($order)]]),
            ] as $name => $value) {
                $body .= "--$boundary\r\nContent-Disposition: form-data; name=\"$name\"\r\n\r\n$value\r\n";
            }
            $body .= "--$boundary\r\nContent-Disposition: form-data; name=\"file\"; filename=\"invoice.pdf\"\r\nContent-Type: application/pdf\r\n\r\n"
                . file_get_contents($invoice) . "\r\n--$boundary--\r\n";
            return $this->call('POST', '/merchant/settlements', $body, "multipart/form-data; boundary=$boundary");
        }

        private function call(string $method, string $path, array|string|null $body = null, string $type = 'application/json'): array
        {
            $response = wp_remote_request($this->get_option('api') . $path, [
                'method' => $method,
                'timeout' => 30, // WordPress's own five seconds are too short for a file
                'headers' => ['x-functions-key' => $this->get_option('key'), 'Accept-Language' => 'fa', 'Content-Type' => $type],
                'body' => is_array($body) ? wp_json_encode($body) : $body,
            ]);
            if (is_wp_error($response)) {
                throw new RuntimeException('ارتباط برقرار نشد. دوباره تلاش کنید؛ این سفارش دو بار پرداخت نمی‌شود.');
            }
            $status = (int) wp_remote_retrieve_response_code($response);
            $answer = json_decode(wp_remote_retrieve_body($response), true);
            if ($status >= 400 || !is_array($answer)) {
                throw new Baloan_Refusal($answer['detail'] ?? "پاسخ نامعتبر ($status)");
            }
            return [$status, $answer];
        }

        private function posted(string $field): string
        {
            return sanitize_text_field(wp_unslash($_POST["baloan_$field"] ?? $_POST[$field] ?? ''));
        }
    }
}

/** Takes the app's events. Subscribe with: POST /api/subscriptions {"callback_url": "https://SHOP/wp-json/baloan/v1/events", "secret": "whsec_…", "events": ["settlement"]} */
function baloan_take_event(WP_REST_Request $request): WP_REST_Response
{
    $settings = get_option('woocommerce_baloan_settings', []);
    if (!baloan_is_signed($request, $settings['secret'] ?? '')) {
        return new WP_REST_Response(null, 401);
    }
    $event = json_decode($request->get_body(), true);
    if (($event['type'] ?? '') === 'settlement' && preg_match('/^WC-(\d+)$/', $event['data']['code'] ?? '', $match)) {
        $order = wc_get_order((int) $match[1]);
        // The total says whether it is this shop's order, and not another's of the same number.
        if ($order instanceof WC_Order && Baloan_Gateway::toman($order) === $event['data']['total']) {
            Baloan_Gateway::apply($order, $event['data']);
        }
    }
    return new WP_REST_Response(null, 204);
}

/** Whether a request is signed as Standard Webhooks says, over its bytes as they came. */
function baloan_is_signed(WP_REST_Request $request, string $secret): bool
{
    $time = (string) $request->get_header('webhook_timestamp');
    $key = base64_decode(preg_replace('/^whsec_/', '', $secret), true);
    if ($key === false || strlen($key) < 24 || !ctype_digit($time) || abs(time() - (int) $time) > 300) {
        return false;
    }
    $signed = $request->get_header('webhook_id') . ".$time." . $request->get_body();
    $expected = 'v1,' . base64_encode(hash_hmac('sha256', $signed, $key, true));
    foreach (explode(' ', (string) $request->get_header('webhook_signature')) as $given) {
        if (hash_equals($expected, $given)) {
            return true;
        }
    }
    return false;
}
