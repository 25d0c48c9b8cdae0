/** A file that is named for what it keeps, and where in its text a credential stands. */
interface CredentialFile {
  readonly what: string
  /** Of the whole path. */
  readonly path: RegExp
  /** Its first group is the credential; one that is a reference or a placeholder is none. */
  readonly secret: RegExp
}

const FILES: readonly CredentialFile[] = [
  // https://docs.npmjs.com/cli/v11/configuring-npm/npmrc#auth-related-configuration, https://yarnpkg.com/configuration/yarnrc#npmAuthToken
  {
    what: 'a credential of a package registry',
    path: /(?:^|\/)\.(?:npmrc|yarnrc|yarnrc\.yml)$/,
    secret: /^[^#;\n]*(?:_authToken|_auth|_password|npmAuthToken|npmAuthIdent)["']?\s*[=: ]\s*["']?([^\s"']+)/gm,
  },
  // https://packaging.python.org/en/latest/specifications/pypirc/
  {
    what: 'a password of a package index',
    path: /(?:^|\/)\.pypirc$/,
    secret: /^[ \t]*password[ \t]*[=:][ \t]*(\S+)/gim,
  },
  {
    what: 'a password of a package index',
    path: /(?:^|\/)pip\.(?:conf|ini)$/,
    secret: /^[^#;\n]*:\/\/[^\s/@:]+:([^\s/@]+)@/gm,
  },
  // https://www.gnu.org/software/inetutils/manual/html_node/The-_002enetrc-file.html
  { what: 'a password', path: /(?:^|\/)[._]netrc$/, secret: /^[^#\n]*\bpassword\s+(\S+)/gm },
  { what: 'a password', path: /(?:^|\/)\.git-credentials$/, secret: /:\/\/[^\s/@:]*:([^\s/@]+)@/g },
  { what: 'a password', path: /(?:^|\/)\.pgpass$/, secret: /^[^#\n:]+:[^\n:]+:[^\n:]+:[^\n:]+:(\S+)/gm },
  // https://docs.aws.amazon.com/cli/latest/userguide/cli-configure-files.html
  {
    what: 'an AWS secret access key',
    path: /(?:^|\/)\.aws\/(?:credentials|config)$/,
    secret: /^[ \t]*aws_(?:secret_access_key|session_token)[ \t]*=[ \t]*(\S+)/gim,
  },
  {
    what: 'an AWS token',
    path: /(?:^|\/)\.aws\/(?:sso|cli)\/cache\/[^/]+\.json$/,
    secret: /"(?:accessToken|refreshToken|clientSecret|SecretAccessKey)"\s*:\s*"([^"]+)"/g,
  },
  // https://docs.docker.com/reference/cli/docker/#docker-cli-configuration-file-configjson-properties
  {
    what: 'a credential of a container registry',
    path: /(?:^|\/)(?:\.docker\/config\.json|\.dockercfg|\.dockerconfigjson)$/,
    secret: /"(?:auth|identitytoken|registrytoken)"\s*:\s*"([^"]+)"/g,
  },
  {
    what: 'a credential of a Kubernetes cluster',
    path: /(?:^|\/)(?:\.kube\/config|kubeconfig(?:\.ya?ml)?)$/,
    secret: /^[ \t]*(?:client-key-data|token|password):[ \t]*["']?([^\s"']+)/gm,
  },
  {
    what: 'an Azure token',
    path: /(?:^|\/)\.azure\/(?:accessTokens|msal_token_cache|service_principal_entries)\.json$/,
    secret: /"(?:accessToken|refreshToken|secret|client_secret)"\s*:\s*"([^"]+)"/g,
  },
  // https://docs.cloud.google.com/docs/authentication/application-default-credentials#personal
  {
    what: 'a Google Cloud refresh token',
    path: /(?:^|\/)(?:application_default_credentials|adc)\.json$/,
    secret: /"refresh_token"\s*:\s*"([^"]+)"/g,
  },
]

/** What stands where a tool fills in the credential, or a reader should. */
const REFERENCE =
  /^(?:\$|<|\{\{|%|@|\*+$|x+$|none$|null$|true$|false$|token$|pass(?:word|wd)?$|secret$|change)|\$\{|\.\.\./i

/** A credential in a file that is named for holding some, and where, or null. */
export function findCredential(path: string, text: string): { readonly what: string; readonly index: number } | null {
  for (const { what, path: named, secret } of FILES) {
    if (!named.test(path)) continue
    for (const match of text.matchAll(secret)) {
      const value = match[1] ?? ''
      if (!REFERENCE.test(value) && !/example|placeholder|your|dummy|redacted|x{4}/i.test(value))
        return { what, index: match.index + match[0].length - value.length }
    }
  }
  return null
}

/** True if a file of this path may hold credentials by its name, so that its content decides. */
export function isCredentialFile(path: string): boolean {
  return FILES.some(({ path: named }) => named.test(path))
}

/** A key of a Google Cloud service account, as the console downloads it. https://docs.cloud.google.com/iam/docs/keys-create-delete */
export function isServiceAccountKey(text: string): boolean {
  return /"type"\s*:\s*"service_account"/.test(text) && /"private_key_id"\s*:\s*"[0-9a-f]{40}"/.test(text)
}

/** Names of .env files whose values are not the real ones. */
const SHOWN_ENVIRONMENT = /[._-](?:example|sample|template|tmpl|dist|defaults?|schema|vault)$/i

/** True for `.env`, `.env.local`, `.envrc` and the like, but for those that show which variables there are. */
export function isEnvironmentFile(path: string): boolean {
  const name = path.slice(path.lastIndexOf('/') + 1)
  return /^\.env(?:rc|[._-].+)?$/.test(name) && !SHOWN_ENVIRONMENT.test(name)
}

/** True if the text sets a variable. */
export function setsVariable(text: string): boolean {
  return /^[ \t]*(?:export[ \t]+)?[A-Za-z_][\w.]*[ \t]*=[ \t]*(?!(?:""|'')[ \t\r]*$)[^\s#]/m.test(text)
}

/** Terraform's state, which holds what resources answered, passwords included. https://developer.hashicorp.com/terraform/language/state/sensitive-data */
export function isTerraformState(path: string, text: string): boolean {
  return /\.tfstate(?:\.[\w.-]+)?$/.test(path) && /"(?:terraform_version|lineage)"\s*:/.test(text)
}
