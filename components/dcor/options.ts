import { publicUrl } from "../guest/public-address";
import { PLUGINS } from "./software";
import { LICENSES, SCRATCH, STORAGE, type DcorSettings } from "./settings";

type Options = Record<string, string>;

const NINETY_DAYS_SECONDS = "7776000";

/** What `dcor inspect` wants where a site says nothing else: `dcor_defaults.ini.template` of dcor_control 1.17.3. */
export const DCOR_DEFAULTS: Options = {
    "ckan.auth.anon_create_dataset": "false",
    "ckan.auth.create_unowned_dataset": "false",
    "ckan.auth.create_dataset_if_not_in_organization": "false",
    "ckan.auth.allow_collaborators_to_change_owner_org": "false",
    "ckan.auth.user_create_groups": "true",
    "ckan.auth.user_create_organizations": "true",
    "ckan.auth.user_delete_groups": "true",
    "ckan.auth.user_delete_organizations": "false",
    "ckan.auth.roles_that_cascade_to_sub_groups": "admin",
    "ckan.auth.public_user_details": "false",
    "ckan.auth.allow_dataset_collaborators": "true",
    "ckan.upload.user.types": "image",
    "ckan.upload.group.types": "image",
    "ckan.search.default_include_private": "true",
    "ckan.favicon": "/favicon.ico",
    "ckan.gravatar_default": "disabled",
    "ckan.max_resource_size": "100000",
    "ckan.plugins": PLUGINS.join(" "),
    "ckan.views.default_views": "image_view text_view dc_view dc_log_view",
    "ckan.webassets.path": "/var/lib/ckan/webassets",
    "ckanext.dcor_depot.tmp_dir": `${SCRATCH}/ckanext-dcor_depot`,
    "ckanext.dc_serve.create_condensed_datasets": "true",
    "ckanext.dc_serve.tmp_dir": `${SCRATCH}/ckanext-dc_serve`,
    "ckan.extra_resource_fields": "etag sha256",
    "ckanext.dcor_schemas.json_resource_schema_dir": "package",
    "ckan.csrf_protection.ignore_extensions": "false",
    // Of no effect since CKAN 2.11; `dcor inspect` asks for them all the same.
    "beaker.session.cookie_expires": NINETY_DAYS_SECONDS,
    "beaker.session.crypto_type": "cryptography",
    "beaker.session.data_serializer": "pickle",
    "beaker.session.httponly": "true",
    "beaker.session.samesite": "Strict",
    "beaker.session.type": "cookie",
    REMEMBER_COOKIE_NAME: "remember_token",
    REMEMBER_COOKIE_DURATION: NINETY_DAYS_SECONDS,
    REMEMBER_COOKIE_HTTPONLY: "true",
    REMEMBER_COOKIE_SAMESITE: "Strict",
};

/** What is this site's own. CKAN's version is not hidden: DCOR-Aid asks for it before anything else. */
export function siteOptions(settings: DcorSettings): Options {
    const { address, mail } = settings;
    const secure = String(address.tls);
    const registration = String(settings.registration ?? false);
    return {
        "ckan.site_id": "default",
        "ckan.site_title": settings.title ?? "DCOR",
        "ckan.site_url": publicUrl(address),
        "ckan.storage_path": STORAGE,
        // The locale and the theme that DCOR's changes to CKAN's files are for.
        "ckan.locale_default": "en_US",
        "ckan.theme": "dcor_theme_main/dcor_theme_main",
        solr_url: settings.solrUrl,
        ...(settings.solrUser !== undefined && { solr_user: settings.solrUser }),
        "ckan.auth.create_user_via_api": registration,
        "ckan.auth.create_user_via_web": registration,
        "dcor_object_store.endpoint_url": settings.objectStoreUrl,
        "dcor_object_store.ssl_verify": "true",
        "dcor_object_store.bucket_name": settings.bucketName,
        "ckanext.dcor_schemas.allow_content_listing_for_anon": String(settings.listingForVisitors ?? true),
        "ckanext.dcor_schemas.allow_public_datasets": String(settings.publicDatasets ?? true),
        licenses_group_url: `file://${LICENSES}`,
        // A cookie without a domain, as CKAN makes it by default, is dropped by Python's HTTP clients.
        SESSION_COOKIE_DOMAIN: address.serverName,
        SESSION_COOKIE_SECURE: secure,
        SESSION_COOKIE_HTTPONLY: "true",
        SESSION_COOKIE_SAMESITE: "Strict",
        PERMANENT_SESSION_LIFETIME: NINETY_DAYS_SECONDS,
        REMEMBER_COOKIE_SECURE: secure,
        "beaker.session.domain": address.serverName,
        "beaker.session.secure": secure,
        ...(mail && {
            "smtp.server": mail.server,
            "smtp.starttls": String(mail.startTls),
            "smtp.mail_from": mail.from,
            ...(mail.user !== undefined && { "smtp.user": mail.user }),
        }),
    };
}

/** Lines of an ini file, one an option. */
export const iniLines = (options: Options) =>
    Object.entries(options)
        .map(([key, value]) => `${key} = ${value}\n`)
        .join("");
