"""TLS settings of the connections."""

import ssl

from wswarm.errors import PlanError
from wswarm.load.plan import Plan


def client_context(plan: Plan) -> ssl.SSLContext | None:
    """Return the TLS settings that the plan asks for, `None` for ws:// that follows no redirect to wss://.

    Raises:
        PlanError: a certificate or key file can't be read or is none.
    """
    if not (plan.is_secure or plan.follow):
        return None
    try:
        context = ssl.create_default_context(cafile=plan.cacert)
    except (OSError, ssl.SSLError) as error:
        raise PlanError(f"--cacert {plan.cacert}: {error.strerror or error}; give a PEM file") from None
    if plan.insecure:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    if plan.cert is not None:
        try:
            context.load_cert_chain(plan.cert, plan.key)
        except (OSError, ssl.SSLError) as error:
            raise PlanError(
                f"--cert {plan.cert} --key {plan.key}: {error.strerror or error}; give PEM files that belong together"
            ) from None
    return context
